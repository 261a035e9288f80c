import type { Key } from "antler";

export interface Message {
  id: Key<string>;
  text: string;
  name: string;
  width: number;
}
