export default function migrate(event: any) {
  return { sensor: event.sensor, number: event.number, celsius: (event.value - 32) / 2 };
}
