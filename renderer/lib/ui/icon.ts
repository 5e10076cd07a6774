import type Shape from '@lucide/svelte/icons/inbox'

/** Any icon of the set; imported one by one, so that only those in use are shipped. */
export type IconOf = typeof Shape
