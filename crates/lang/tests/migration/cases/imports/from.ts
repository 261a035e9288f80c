import type { Key } from "antler";

export interface Account {
  id: Key<string>;
  email: string;
  phone: string | null;
  plan: string;
  cents: number;
  tags: string[];
}
