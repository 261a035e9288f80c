export default function migrate(event: any) {
  return { ...event, hops: event.stops.length, urgent: event.tags.includes("a") };
}
