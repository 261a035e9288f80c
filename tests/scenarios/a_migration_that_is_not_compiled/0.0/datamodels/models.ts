import type { Key } from "antler";

export interface Event {
  id: Key<string>;
  at: Date;
  text: string;
  weight?: number;
}
