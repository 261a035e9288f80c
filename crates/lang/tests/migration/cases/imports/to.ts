import type { Key } from "antler";

export interface Account {
  id: Key<string>;
  email: string;
  phone: string | null;
  level: 0 | 1 | 2;
  price: string;
  tags: string[];
  kind: "person" | "company";
}
