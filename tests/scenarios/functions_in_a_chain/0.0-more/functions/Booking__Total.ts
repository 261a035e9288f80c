import type { Booking, Total } from "../datamodels/models";

export default function run(booking: Booking): Total | null {
  return booking.amount > 0 ? { id: booking.id, text: `${booking.amount} EUR` } : null;
}
