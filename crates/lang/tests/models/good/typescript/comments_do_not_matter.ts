/** A click. */
export interface Click {
  // The key.
  id: Key<string>; /* of the click */
  /**
   * Where.
   * @deprecated
   */
  target: string;
}
