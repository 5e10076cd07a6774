/** How something ended or stands, as a colour with its shape. `none`: no outcome yet. */
export type Tone = 'delivered' | 'waiting' | 'failed' | 'held' | 'none'
