import type { Key } from "antler";

export interface Flags {
  id: Key<string>;
  isAdmin: boolean;
  mixed: number;
  inverted: number;
  left: number;
  right: number;
  unsigned: number;
  whole: number;
  squared: number;
  hex: string;
  fromHex: number;
  told: number;
  binary: number;
  octal: number;
}
