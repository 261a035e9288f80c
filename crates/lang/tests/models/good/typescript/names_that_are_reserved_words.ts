export interface Words {
  select: Key<string>;
  from: string;
  table: number;
  order: number;
  index: number;
  primary: boolean;
  null: string;
  default: string;
  class: string;
}
