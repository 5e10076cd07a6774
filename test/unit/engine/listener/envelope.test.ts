import { expect, test } from 'vitest'
import { rawParameter } from '../../../../main/engine/listener/envelope.ts'

test.each([
  ['MAIL FROM:<a@b.test> RET=HDRS ENVID=QQ+2B1', 'ENVID', 'QQ+2B1'],
  ['mail from:<a@b.test> envid=a+20NOTIFY+3DNEVER', 'ENVID', 'a+20NOTIFY+3DNEVER'],
  ['RCPT TO:<a@b.test> ORCPT=rfc822;x+3Dy@b.test  NOTIFY=NEVER', 'ORCPT', 'rfc822;x+3Dy@b.test'],
  ['RCPT TO:<ORCPT=x@b.test>', 'ORCPT', undefined],
  ['MAIL FROM:<a@b.test>', 'ENVID', undefined],
])('%s: %s is %s, still encoded', (command, keyword, value) => {
  expect(rawParameter(command, keyword)).toBe(value)
})
