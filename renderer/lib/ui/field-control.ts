/** What the control inside a Field or a row puts on itself, so that label, hint and problem belong to it. */
export interface FieldControl {
  readonly id: string
  readonly 'aria-describedby': string | undefined
  readonly 'aria-invalid': 'true' | undefined
}
