import { Envelope } from "./envelope";
interface Local {
  total: number;
}
export type OrderEvent = Envelope<Local>;
