/**
 * {@code onload doctor}: what this machine has, what is missing, and what to do. {@link
 * onload.cli.doctor.DoctorCommand} asks the machine by {@link onload.cli.doctor.Examination} and each kind of
 * NIC by its own probe, and shows {@link onload.cli.doctor.Finding}s: as lines for people, or as JSON.
 */
@NullMarked
package onload.cli.doctor;

import org.jspecify.annotations.NullMarked;
