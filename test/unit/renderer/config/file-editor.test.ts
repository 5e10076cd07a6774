import { expect, test } from 'vitest'
import { FileEditor } from '../../../../renderer/lib/config/file-editor.svelte.ts'

function open(text: string): FileEditor {
  const editor = new FileEditor()
  editor.follow(text, [])
  return editor
}

test('a file that changes while nothing is typed is shown as it is', () => {
  const editor = open('a = 1')
  editor.follow('a = 2', [])
  expect([editor.draft, editor.dirty, editor.external]).toEqual(['a = 2', false, null])
})

test('what is typed stays when the file changes, and the new text is offered', () => {
  const editor = open('a = 1')
  editor.draft = 'a = 3'
  editor.follow('a = 2', [])
  expect([editor.draft, editor.external]).toEqual(['a = 3', 'a = 2'])
  editor.takeFile()
  expect([editor.draft, editor.dirty, editor.external]).toEqual(['a = 2', false, null])
})

test('what is typed can go on as a change of the new text', () => {
  const editor = open('a = 1')
  editor.draft = 'a = 3'
  editor.follow('a = 2', [])
  editor.keepMine()
  expect([editor.draft, editor.base, editor.dirty, editor.external]).toEqual(['a = 3', 'a = 2', true, null])
})

test('a file that became what was typed is no conflict', () => {
  const editor = open('a = 1')
  editor.draft = 'a = 2'
  editor.follow('a = 2', [])
  expect([editor.dirty, editor.external]).toEqual([false, null])
})
