export interface Click {
  id: Key<string>;
  payload: any;
  rest: unknown;
}
