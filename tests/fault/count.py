"""What is looked at when it is over: who got what, how often and why twice; and whether the queue is of one
piece."""
import collections

from office import EDITOR, FINISHED, SENT, STATES


class Count:
    """What came for whom, over all issues of an office; a copy is told by its subject and receiver.

    A second copy is explained by a kill alone, and only where the first was the transaction that its
    connection had in flight: the last one on it, whose end of data was here and whose sender was gone before
    it had the answer, or had just got it.
    """

    def __init__(self, office, slack=0.5):
        self.office = office
        copies = [copy for sink in office.sinks for copy in list(sink.copies)]
        came = collections.defaultdict(list)
        for copy in copies:
            for address in copy.recipients:
                came[address, copy.subject].append(copy)
        self.lost = len(office.everybody) * len(office.issues) - sum(
            1 for address, _ in came if address != EDITOR)
        double = {key: found for key, found in came.items() if len(found) > 1}
        self.duplicated = sum(len(found) - 1 for found in double.values())
        self.reports = [copy for copy in copies if EDITOR in copy.recipients]
        self.foreign = {address for address, _ in came} - {*office.everybody, EDITOR}
        # Another Message-ID for the same issue and recipient is another message, not a copy.
        self.other_ids = [key for key, found in came.items()
                          if key[0] != EDITOR and len({c.message_id for c in found}) > 1]
        earlier = {copy for found in double.values() for copy in found[:-1]}
        self.transactions = len(earlier)
        self.inexplicable = [copy for copy in earlier
                             if not copy.is_last() or not any(copy.was_in_doubt(*window, slack)
                                                              for window in office.kills)]
        self.bound = len(office.kills) * office.settings["connections"]

    def fault(self):
        """What is wrong with what came; nothing, if all is well."""
        if self.lost or self.foreign:
            return f"{self.lost} lost, for strangers {self.foreign}"
        if self.other_ids:
            return f"a second copy bears another Message-ID: {self.other_ids[:3]}"
        if self.inexplicable:
            return f"sent twice without need: {[vars(copy) for copy in self.inexplicable[:3]]}"
        if self.transactions > self.bound:
            return f"{self.transactions} transactions sent twice, {self.bound} may be"
        return ""


def queue_faults(office):
    """What is wrong with a queue at rest; nothing, if all is well."""
    faults = [row[0] for row in office.query("PRAGMA integrity_check") if row[0] != "ok"]
    faults += [f"foreign key: {row}" for row in office.query("PRAGMA foreign_key_check")]
    columns = ", ".join(STATES)
    for row in office.query(f"SELECT id, key, state, cursor, first, last, {columns} FROM issue"):
        issue, key, state, cursor, first, last, *counts = row
        real = dict(office.query("SELECT state, count(*) FROM delivery WHERE id BETWEEN ? AND ?"
                                 " GROUP BY state", first, last))
        if counts != [real.get(i, 0) for i in range(len(STATES))]:
            faults.append(f"{key}: the row says {counts}, the deliveries {real}")
        if sum(counts) != last - first + 1:
            faults.append(f"{key}: {sum(counts)} deliveries from {first} to {last}")
        if state in (SENT, FINISHED) and any(counts[i] for i in (0, 1, 3, 4)):
            faults.append(f"{key}: ended with {counts}")
        if office.query("SELECT 1 FROM delivery WHERE issue <> ? AND id BETWEEN ? AND ?", issue,
                        first, last):
            faults.append(f"{key}: deliveries of another issue among its own")
    faults += [f"an issue {row} twice" for row in office.query(
        "SELECT publication, key FROM issue GROUP BY 1, 2 HAVING count(*) > 1")]
    checked = office.check_queue()
    if checked.returncode:
        faults.append(f"fensong check --queue: {checked.returncode}: {checked.stderr}")
    return faults
