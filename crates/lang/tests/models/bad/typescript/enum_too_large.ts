enum Code {
  Low = -32769,
  High = 40000,
}
export interface Click {
  id: Key<string>;
  code: Code;
}
