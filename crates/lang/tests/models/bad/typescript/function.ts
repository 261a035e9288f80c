export interface Click {
  id: Key<string>;
  handler: () => void;
  method(): string;
}
