import type { Key } from "antler";

export interface Lead {
  id: Key<string>;
  email: string;
  phone: string;
  url: string;
  note: string | null;
}
