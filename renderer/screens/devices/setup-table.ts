import AppWindow from '@lucide/svelte/icons/app-window'
import BatteryCharging from '@lucide/svelte/icons/battery-charging'
import Camera from '@lucide/svelte/icons/camera'
import HardDrive from '@lucide/svelte/icons/hard-drive'
import Printer from '@lucide/svelte/icons/printer'
import Siren from '@lucide/svelte/icons/siren'
import type { IconOf } from '../../lib/ui/icon.ts'
import type { PlainKey } from '../../lib/words/words.svelte.ts'

/**
 * What the menus of devices call the things one types in: their own words, in English as the makers print them, so not in the catalogue.
 * '' stands where a maker's models differ too much to name it; then only our word is shown.
 */
export interface DeviceMenu {
  readonly id: string
  readonly kind: SetupKind
  /** Make and series; '' for any other of its kind. */
  readonly make: string
  /** Where its mail settings are, step by step. */
  readonly path: readonly string[]
  readonly server: string
  readonly port: string
  readonly security: string
  /** Its choices for the three ways to talk to us. */
  readonly choices: { readonly none: string; readonly starttls: string; readonly implicit: string }
  readonly auth: string
  readonly user: string
  readonly password: string
  readonly sender: string
  readonly note?: PlainKey
}

export type SetupKind = 'mfp' | 'nas' | 'ups' | 'camera' | 'alarm' | 'program'

export const setupKinds: readonly { readonly kind: SetupKind; readonly icon: IconOf; readonly title: PlainKey }[] = [
  { kind: 'mfp', icon: Printer, title: 'setup.kind.mfp' },
  { kind: 'nas', icon: HardDrive, title: 'setup.kind.nas' },
  { kind: 'ups', icon: BatteryCharging, title: 'setup.kind.ups' },
  { kind: 'camera', icon: Camera, title: 'setup.kind.camera' },
  { kind: 'alarm', icon: Siren, title: 'setup.kind.alarm' },
  { kind: 'program', icon: AppWindow, title: 'setup.kind.program' },
]

/** A box to tick has no words of its own: ours are said. */
export const TICKED = '[x]'
export const UNTICKED = '[ ]'

const unnamed = {
  path: [],
  server: '',
  port: '',
  security: '',
  choices: { none: '', starttls: '', implicit: '' },
  auth: '',
  user: '',
  password: '',
  sender: '',
} as const
const other = (kind: SetupKind, note: PlainKey): DeviceMenu => ({ ...unnamed, id: kind, kind, make: '', note })

export const deviceMenus: readonly DeviceMenu[] = [
  {
    id: 'hp',
    kind: 'mfp',
    make: 'HP LaserJet, OfficeJet',
    path: ['Scan', 'Scan to Email Setup', 'Outgoing Email Profiles'],
    server: 'SMTP Server',
    port: 'SMTP Port',
    security: 'Always use secure connection (SSL/TLS)',
    choices: { none: UNTICKED, starttls: TICKED, implicit: TICKED },
    auth: 'SMTP server requires authentication',
    user: 'SMTP User ID',
    password: 'SMTP Password',
    sender: 'Email Address',
  },
  {
    id: 'canon',
    kind: 'mfp',
    make: 'Canon imageRUNNER',
    path: ['Settings/Registration', 'Send', 'E-Mail/I-Fax Settings', 'Communication Settings'],
    server: 'SMTP Server',
    port: '',
    security: 'Allow TLS (SMTP TX)',
    choices: { none: 'Off', starttls: 'On', implicit: '' },
    auth: 'SMTP Authentication',
    user: 'User Name',
    password: 'Password',
    sender: 'E-Mail Address',
    note: 'setup.note.canon',
  },
  {
    id: 'ricoh',
    kind: 'mfp',
    make: 'Ricoh IM, MP',
    path: ['Device Management', 'Configuration', 'Email'],
    server: 'SMTP Server Name',
    port: 'SMTP Port No.',
    security: 'Use Secure Connection (SSL)',
    choices: { none: 'Off', starttls: '', implicit: 'On' },
    auth: 'SMTP Authentication',
    user: 'SMTP Auth. User Name',
    password: 'SMTP Auth. Password',
    sender: 'Administrator Email Address',
  },
  {
    id: 'konica-minolta',
    kind: 'mfp',
    make: 'Konica Minolta bizhub',
    path: ['Network', 'E-mail Setting', 'E-mail TX (SMTP)'],
    server: 'SMTP Server Address',
    port: 'Port Number',
    security: 'Use SSL/TLS',
    choices: { none: 'OFF', starttls: 'Start TLS', implicit: 'SMTP over SSL' },
    auth: 'SMTP Authentication',
    user: 'User ID',
    password: 'Password',
    sender: 'E-mail Address',
    note: 'setup.note.konica',
  },
  {
    id: 'brother',
    kind: 'mfp',
    make: 'Brother MFC, DCP',
    path: ['Network', 'Protocol', 'SMTP', 'Advanced Settings'],
    server: 'SMTP Server Address',
    port: 'Port',
    security: 'SSL/TLS',
    choices: { none: 'None', starttls: 'TLS', implicit: 'SSL' },
    auth: 'Server Authentication Method: SMTP-AUTH',
    user: 'SMTP-AUTH Account Name',
    password: 'SMTP-AUTH Account Password',
    sender: 'Device E-mail Address',
  },
  {
    id: 'epson',
    kind: 'mfp',
    make: 'Epson WorkForce, EcoTank',
    path: ['Network', 'Email Server', 'Basic'],
    server: 'SMTP Server Address',
    port: 'SMTP Server Port Number',
    security: 'Secure Connection',
    choices: { none: 'None', starttls: 'STARTTLS', implicit: 'SSL/TLS' },
    auth: 'Authentication Method: SMTP AUTH',
    user: 'Authenticated Account',
    password: 'Authenticated Password',
    sender: "Sender's Email Address",
  },
  {
    id: 'xerox',
    kind: 'mfp',
    make: 'Xerox VersaLink, WorkCentre',
    path: ['Connectivity', 'SMTP'],
    server: 'SMTP Server Address',
    port: 'SMTP Server Port Number',
    security: '',
    choices: { none: '', starttls: 'STARTTLS', implicit: 'SSL/TLS' },
    auth: 'Email Send Authentication: SMTP AUTH',
    user: 'Login Name',
    password: 'Password',
    sender: 'Return Email Address',
  },
  {
    id: 'kyocera',
    kind: 'mfp',
    make: 'Kyocera TASKalfa, ECOSYS',
    path: ['Function Settings', 'E-mail', 'SMTP'],
    server: 'SMTP Server Name',
    port: 'SMTP Port Number',
    security: 'SMTP Security',
    choices: { none: 'Off', starttls: 'STARTTLS', implicit: 'SSL/TLS' },
    auth: 'Authentication Protocol',
    user: 'Login User Name',
    password: 'Login Password',
    sender: 'Sender Address',
    note: 'setup.note.kyocera',
  },
  {
    id: 'lexmark',
    kind: 'mfp',
    make: 'Lexmark CX, MX',
    path: ['Settings', 'E-mail', 'E-mail Setup'],
    server: 'Primary SMTP Gateway',
    port: 'Primary SMTP Gateway Port',
    security: 'Use SSL/TLS',
    choices: { none: 'Disabled', starttls: 'Negotiate', implicit: 'Required' },
    auth: 'SMTP Server Authentication',
    user: 'Device Userid',
    password: 'Device Password',
    sender: 'Reply Address',
  },
  {
    id: 'sharp',
    kind: 'mfp',
    make: 'Sharp MX, BP',
    path: ['System Settings', 'Network Settings', 'Services Settings', 'SMTP'],
    server: 'Primary Server',
    port: '',
    security: 'Enable SSL',
    choices: { none: UNTICKED, starttls: TICKED, implicit: '' },
    auth: 'SMTP Authentication',
    user: 'User Name',
    password: 'Password',
    sender: 'Sender Address',
  },
  other('mfp', 'setup.note.mfp'),
  {
    id: 'synology',
    kind: 'nas',
    make: 'Synology DSM',
    path: ['Control Panel', 'Notification', 'Email'],
    server: 'SMTP server',
    port: 'SMTP port',
    security: 'Secure connection (SSL/TLS) is required',
    choices: { none: UNTICKED, starttls: TICKED, implicit: TICKED },
    auth: 'Authentication required',
    user: 'Username',
    password: 'Password',
    sender: 'Sender email',
    note: 'setup.note.synology',
  },
  {
    id: 'qnap',
    kind: 'nas',
    make: 'QNAP QTS',
    path: ['Notification Center', 'Service Account and Device Pairing', 'E-mail', 'Add SMTP Service'],
    server: 'SMTP Server',
    port: 'Port Number',
    security: 'Secure connection',
    choices: { none: 'None', starttls: 'TLS', implicit: 'SSL' },
    auth: '',
    user: 'User Name',
    password: 'Password',
    sender: 'E-mail',
    note: 'setup.note.qnap',
  },
  other('nas', 'setup.note.nas'),
  {
    id: 'apc',
    kind: 'ups',
    make: 'APC Network Management Card',
    path: ['Configuration', 'Notification', 'E-mail', 'Server'],
    server: 'SMTP Server',
    port: 'Port',
    security: 'Use SSL/TLS',
    choices: { none: 'Never', starttls: 'Always', implicit: 'Implicitly' },
    auth: 'Authentication',
    user: 'User Name',
    password: 'Password',
    sender: 'From Address',
    note: 'setup.note.apc',
  },
  {
    id: 'eaton',
    kind: 'ups',
    make: 'Eaton Network Card',
    path: ['Settings', 'General', 'SMTP'],
    server: 'Server IP/Hostname',
    port: 'Port',
    security: 'Secure SMTP connection',
    choices: { none: 'off', starttls: 'on', implicit: '' },
    auth: 'SMTP server authentication',
    user: 'Username',
    password: 'Password',
    sender: 'Default sender address',
  },
  other('ups', 'setup.note.ups'),
  {
    id: 'hikvision',
    kind: 'camera',
    make: 'Hikvision',
    path: ['Configuration', 'Network', 'Advanced Settings', 'Email'],
    server: 'SMTP Server',
    port: 'SMTP Port',
    security: 'E-mail Encryption',
    choices: { none: 'None', starttls: 'TLS, Enable STARTTLS', implicit: 'SSL' },
    auth: 'Authentication',
    user: 'User Name',
    password: 'Password',
    sender: "Sender's Address",
  },
  {
    id: 'axis',
    kind: 'camera',
    make: 'Axis',
    path: ['System', 'Events', 'Recipients', 'Email'],
    server: 'Email server (SMTP)',
    port: 'Port',
    security: 'Encryption',
    choices: { none: 'None', starttls: 'TLS', implicit: 'SSL' },
    auth: '',
    user: 'Username',
    password: 'Password',
    sender: 'Send email from',
  },
  other('camera', 'setup.note.camera'),
  other('alarm', 'setup.note.alarm'),
  other('program', 'setup.note.program'),
]
