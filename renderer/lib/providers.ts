import type { RelayTest } from '../../main/contract/channels.ts'
import type { PlainKey } from './words/words.svelte.ts'

/** A service that takes mail for delivery: what to type, and what people trip over there. */
export interface Provider {
  readonly id: string
  readonly name: string
  readonly address: string
  readonly port: number
  readonly encryption: RelayTest['encryption']
  /** Filled in where every customer has the same one. */
  readonly username?: string
  /** What the user name and the password are there, and the usual trap. */
  readonly note: PlainKey
}

/** Facts of each service's own pages and of lists of well-known hosts, autumn 2026. */
export const PROVIDERS: readonly Provider[] = [
  { id: 'microsoft', name: 'Microsoft 365', address: 'smtp.office365.com', port: 587, encryption: 'starttls', note: 'provider.microsoft' },
  {
    id: 'microsoft-hve',
    name: 'Microsoft 365 High Volume Email',
    address: 'smtp-hve.office365.com',
    port: 587,
    encryption: 'starttls',
    note: 'provider.microsoft-hve',
  },
  {
    id: 'microsoft-connector',
    name: 'Microsoft 365 SMTP relay',
    address: 'example-org.mail.protection.outlook.com',
    port: 25,
    encryption: 'starttls',
    note: 'provider.microsoft-connector',
  },
  { id: 'google', name: 'Gmail / Google Workspace', address: 'smtp.gmail.com', port: 465, encryption: 'implicit', note: 'provider.google' },
  {
    id: 'google-relay',
    name: 'Google Workspace SMTP relay',
    address: 'smtp-relay.gmail.com',
    port: 587,
    encryption: 'starttls',
    note: 'provider.google-relay',
  },
  { id: 'smtp2go', name: 'SMTP2GO', address: 'mail.smtp2go.com', port: 2525, encryption: 'starttls', note: 'provider.smtp2go' },
  {
    id: 'ses',
    name: 'Amazon SES',
    address: 'email-smtp.eu-central-1.amazonaws.com',
    port: 465,
    encryption: 'implicit',
    note: 'provider.ses',
  },
  {
    id: 'sendgrid',
    name: 'SendGrid',
    address: 'smtp.sendgrid.net',
    port: 465,
    encryption: 'implicit',
    username: 'apikey',
    note: 'provider.sendgrid',
  },
  { id: 'mailgun', name: 'Mailgun', address: 'smtp.eu.mailgun.org', port: 465, encryption: 'implicit', note: 'provider.mailgun' },
  { id: 'postmark', name: 'Postmark', address: 'smtp.postmarkapp.com', port: 587, encryption: 'starttls', note: 'provider.postmark' },
  { id: 'brevo', name: 'Brevo', address: 'smtp-relay.brevo.com', port: 465, encryption: 'implicit', note: 'provider.brevo' },
  { id: 'mailjet', name: 'Mailjet', address: 'in-v3.mailjet.com', port: 465, encryption: 'implicit', note: 'provider.mailjet' },
  {
    id: 'resend',
    name: 'Resend',
    address: 'smtp.resend.com',
    port: 465,
    encryption: 'implicit',
    username: 'resend',
    note: 'provider.resend',
  },
  { id: 'sparkpost', name: 'SparkPost', address: 'smtp.sparkpostmail.com', port: 587, encryption: 'starttls', note: 'provider.key' },
  { id: 'mailersend', name: 'MailerSend', address: 'smtp.mailersend.net', port: 587, encryption: 'starttls', note: 'provider.key' },
  { id: 'mailtrap', name: 'Mailtrap', address: 'live.smtp.mailtrap.io', port: 587, encryption: 'starttls', note: 'provider.key' },
  { id: 'zoho', name: 'Zoho Mail', address: 'smtp.zoho.com', port: 465, encryption: 'implicit', note: 'provider.zoho' },
  { id: 'yahoo', name: 'Yahoo Mail', address: 'smtp.mail.yahoo.com', port: 465, encryption: 'implicit', note: 'provider.app-password' },
  { id: 'aol', name: 'AOL Mail', address: 'smtp.aol.com', port: 587, encryption: 'starttls', note: 'provider.app-password' },
  { id: 'icloud', name: 'iCloud Mail', address: 'smtp.mail.me.com', port: 587, encryption: 'starttls', note: 'provider.app-password' },
  { id: 'fastmail', name: 'Fastmail', address: 'smtp.fastmail.com', port: 465, encryption: 'implicit', note: 'provider.app-password' },
  { id: 'gmx', name: 'GMX', address: 'mail.gmx.com', port: 587, encryption: 'starttls', note: 'provider.web-switch' },
  { id: 'ionos', name: 'IONOS', address: 'smtp.1und1.de', port: 465, encryption: 'implicit', note: 'provider.web-switch' },
  { id: 'proton', name: 'Proton Mail', address: 'smtp.protonmail.ch', port: 587, encryption: 'starttls', note: 'provider.proton' },
]

/** The service whose server this is, if it is a known one. */
export function providerAt(address: string): Provider | undefined {
  const name = address.trim().toLowerCase()
  return PROVIDERS.find((provider) => provider.address === name)
}
