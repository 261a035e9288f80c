export interface Ping {
  note?: string;
}
export const PingConfig: DataModelConfig<Ping> = { storage: { enabled: false } };

export interface Pong {
  note?: string;
}
export const PongConfig: DataModelConfig<Pong> = { storage: false };
