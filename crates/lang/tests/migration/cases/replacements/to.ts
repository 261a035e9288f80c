import type { Key } from "antler";

export interface Message {
  id: Key<string>;
  greeting: string;
  all: string;
  dollars: string;
  padded: string;
  ended: string;
  stars: string;
  spelled: string;
}
