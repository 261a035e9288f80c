export type Click = {
  id: Key<string>;
  target: string;
};
