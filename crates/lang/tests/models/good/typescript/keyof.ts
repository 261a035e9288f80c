interface Metrics {
  views: number;
  clicks: number;
}
export interface Alert {
  id: Key<string>;
  metric: keyof Metrics;
}
