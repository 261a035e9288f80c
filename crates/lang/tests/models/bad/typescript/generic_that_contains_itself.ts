interface Tree<T> {
  value: T;
  children: Tree<T>[];
}
export interface Forest {
  id: Key<string>;
  tree: Tree<string>;
}
