import { contextBridge, ipcRenderer } from 'electron'
import type { MailroomBridge, NoticeName } from '../main/contract/index.ts'

/** Every notice of the contract; a new one that is missing here does not compile. */
const NOTICES: Readonly<Record<NoticeName, true>> = {
  'activity.changed': true,
  'status.changed': true,
  'config.changed': true,
  'mailboxes.changed': true,
  'mailbox.exporting': true,
  'relay.testLine': true,
  'preferences.changed': true,
  'window.goTo': true,
  'devices.changed': true,
  'activity.exporting': true,
  'queue.changed': true,
}
const VERSION_FLAG = '--mailroom-version='

function platform(): MailroomBridge['platform'] {
  return process.platform === 'win32' || process.platform === 'darwin' ? process.platform : 'linux'
}

/** All that the page can reach. Names and arguments are checked again on the other side; here is no logic. */
const bridge: MailroomBridge = {
  ask: (request, args) => ipcRenderer.invoke('ask', request, args),
  on(notice, handler) {
    if (!Object.hasOwn(NOTICES, notice)) throw new Error(`unknown notice: ${notice}`)
    const listener = (_event: unknown, name: unknown, value: unknown): void => {
      if (name === notice) handler(value as Parameters<typeof handler>[0])
    }
    ipcRenderer.on('notice', listener)
    return () => {
      ipcRenderer.off('notice', listener)
    }
  },
  platform: platform(),
  version: process.argv.find((argument) => argument.startsWith(VERSION_FLAG))?.slice(VERSION_FLAG.length) ?? '',
}

contextBridge.exposeInMainWorld('mailroom', bridge)
