interface Envelope<T> {
  id: Key<string>;
  payload: T;
}
interface Order {
  total: number;
}
export type OrderEvent = Envelope<Order>;
export interface NoteEvent extends Envelope<string> {
  by: string;
}
