import type { Key } from "antler";

export interface Event {
  id: Key<string>;
  at: Date;
  first: string | null;
  digits: bigint;
  weight: number;
}
