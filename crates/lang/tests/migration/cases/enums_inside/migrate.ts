export default function migrate(event: Event_0_0): Event_0_1 {
  return { ...event, perhaps: event.perhaps ?? null };
}
