import type { Key } from "antler";

export interface Visit {
  id: Key<string>;
  text: string;
  ms: number;
  other?: string;
}
