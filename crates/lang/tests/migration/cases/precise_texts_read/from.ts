import type { Key } from "antler";

export interface Invoice {
  id: Key<string>;
  text: string;
  day: string;
  n: number;
  kind: "a" | "b";
}
