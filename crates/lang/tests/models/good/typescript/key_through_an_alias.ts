type Id = Key<string>;

export interface Click {
  id: Id;
}
