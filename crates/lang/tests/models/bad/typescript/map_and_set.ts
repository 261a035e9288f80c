export interface Person {
  id: Key<string>;
  tags: Set<string>;
  scores: Map<string, number>;
}
