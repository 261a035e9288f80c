import { Kind } from "./kinds";

export interface Trade {
  id: Key<string>;
  kind: Kind;
}
