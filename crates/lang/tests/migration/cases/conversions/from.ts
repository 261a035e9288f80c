import type { Key } from "antler";

export interface Raw {
  id: Key<string>;
  text: string;
  other: string | null;
  flag: boolean;
  amount: number;
}
