export interface Messung {
  größe: Key<string>;
  температура: number;
  名前: string;
  "🌡": number;
}
