import type { Key } from "antler";

export interface Event {
  id: Key<string>;
  text: string;
  number: number;
  count: bigint;
  at: Date;
  maybe: number | null;
  optional?: string;
  kind: "a" | "b" | "c";
  place?: { city: string; zip: string | null };
  tags: string[];
}
