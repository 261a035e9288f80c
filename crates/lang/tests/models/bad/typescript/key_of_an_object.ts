export interface Click {
  id: Key<{ a: string }>;
}
