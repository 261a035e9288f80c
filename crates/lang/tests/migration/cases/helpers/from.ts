import type { Key } from "antler";

export interface Contact {
  id: Key<string>;
  name: string;
  email: string | null;
  amount: number;
  tags: string[];
}
