import { contextBridge } from 'electron'

contextBridge.exposeInMainWorld('mailroom', {})
