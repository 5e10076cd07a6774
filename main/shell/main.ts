import path from 'node:path'
import { app, BrowserWindow } from 'electron'

/** Opens the window on the built page. */
async function openWindow(): Promise<void> {
  const window = new BrowserWindow({
    width: 1000,
    height: 700,
    webPreferences: { preload: path.join(__dirname, '../preload/preload.cjs'), sandbox: true, contextIsolation: true },
  })
  await window.loadFile(path.join(__dirname, '../renderer/index.html'))
}

app.on('window-all-closed', () => {
  app.quit()
})
void app.whenReady().then(openWindow)
