export default function migrate(event: any) {
  return { ...event, loud: FILL_IN("loud: boolean is new in 0.1") };
}
