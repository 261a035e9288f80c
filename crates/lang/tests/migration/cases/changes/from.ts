import type { Key } from "antler";

export interface Order {
  id: Key<string>;
  name: string;
  amount: number;
  tags: string[];
  note?: string;
}
