import { Menu } from 'electron'
import type { ContextMenuParams, MenuItemConstructorOptions } from 'electron'

/** macOS needs a menu for copying and pasting to work at all; elsewhere the window has none, and its keys are read by the window itself. */
export function setApplicationMenu(): void {
  if (process.platform !== 'darwin') {
    Menu.setApplicationMenu(null)
    return
  }
  const view: MenuItemConstructorOptions[] = [
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { type: 'separator' },
    { role: 'togglefullscreen' },
  ]
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'viewMenu', submenu: view }, { role: 'windowMenu' }]),
  )
}

/** What the second mouse button offers on text; null where there is nothing to do. */
export function contextMenuOf(params: Pick<ContextMenuParams, 'isEditable' | 'selectionText' | 'editFlags'>): Menu | null {
  const { isEditable, selectionText, editFlags } = params
  if (isEditable) {
    return Menu.buildFromTemplate([
      { role: 'undo', enabled: editFlags.canUndo },
      { role: 'redo', enabled: editFlags.canRedo },
      { type: 'separator' },
      { role: 'cut', enabled: editFlags.canCut },
      { role: 'copy', enabled: editFlags.canCopy },
      { role: 'paste', enabled: editFlags.canPaste },
      { type: 'separator' },
      { role: 'selectAll' },
    ])
  }
  return selectionText.trim() === '' ? null : Menu.buildFromTemplate([{ role: 'copy' }])
}
