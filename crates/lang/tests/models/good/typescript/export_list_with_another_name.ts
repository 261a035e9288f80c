interface Click {
  id: Key<string>;
}
export { Click as Pressed };
