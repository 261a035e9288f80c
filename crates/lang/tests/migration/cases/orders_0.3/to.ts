import type { Key } from "antler";

export interface Order {
  id: Key<string>;
  label: string;
  total: number;
  isPaid: boolean;
  name: { text: string; length: number };
  items: { list: string[]; count: number };
}
