export interface Click {
  id: Key<string>;
  tags: (string | undefined)[];
}
