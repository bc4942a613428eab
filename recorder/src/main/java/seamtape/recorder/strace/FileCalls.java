package seamtape.recorder.strace;

import seamtape.catalog.FileOperation;
import seamtape.event.Event;
import seamtape.event.Subject;
import seamtape.recorder.log.CallEvents;
import seamtape.recorder.log.KvmFd;
import seamtape.recorder.log.KvmFds;

/** Makes events of what is done with KVM's fds beside ioctls, and follows the fds. */
final class FileCalls {
  private static final byte[] DEV_KVM = StraceLine.ascii("\"/dev/kvm\"");
  private static final byte[] CLONE_FILES = StraceLine.ascii("CLONE_FILES");
  private static final byte[] FLAGS = StraceLine.ascii("{flags=");
  private static final int MAP_ANONYMOUS = 0x20;
  private static final int F_DUPFD = 0;
  private static final int F_DUPFD_CLOEXEC = 0x406;

  private final KvmFds fds;
  private final CallEvents events;
  private final GuestMemory memory;
  private final FdText fd = new FdText();
  private final TextNumber number = new TextNumber();

  FileCalls(KvmFds fds, CallEvents events, GuestMemory memory) {
    this.fds = fds;
    this.events = events;
    this.memory = memory;
  }

  /** Records the start, where the call has to do with KVM. */
  void begin(OpenCall call, CallText text, ResultText result) {
    switch (call.syscall) {
      case IOCTL, CLONE, FORK -> {}
      case OPEN -> open(call, text, 0);
      case OPENAT -> open(call, text, 1);
      case CLOSE -> onFd(call, text, FileOperation.CLOSE);
      case DUP -> onFd(call, text, FileOperation.DUP);
      case FCNTL -> {
        if (duplicates(text)) {
          onFd(call, text, FileOperation.DUP);
        }
      }
      case EVENTFD -> eventfd(call, text);
      case MMAP -> mmap(call, text, result);
      case MUNMAP -> munmap(call, text);
    }
  }

  private boolean duplicates(CallText text) {
    boolean parsed = number.parse(text.bytes, text.from(1), text.to(1));
    return parsed && (number.value == F_DUPFD || number.value == F_DUPFD_CLOEXEC);
  }

  private void open(OpenCall call, CallText text, int path) {
    boolean kvm = text.to(path) - text.from(path) == DEV_KVM.length && starts(text, path, DEV_KVM);
    if (!kvm) {
      return;
    }
    boolean how = starts(text, path + 1, FLAGS);
    int from = text.from(path + 1) + (how ? FLAGS.length : 0);
    int to = from;
    while (to < text.to(path + 1) && text.bytes[to] != ',' && text.bytes[to] != '}') {
      to++;
    }
    long flags = number.parse(text.bytes, from, to) ? number.value : 0;
    Event event = enter(call, FileOperation.OPEN, Subject.SYSTEM);
    event.fields[0] = flags;
    event.copy(0, DEV_KVM, 1, DEV_KVM.length - 2);
    call.enter = events.append();
  }

  private void onFd(OpenCall call, CallText text, FileOperation operation) {
    KvmFd on = fd(call, text, 0);
    if (on == null) {
      return;
    }
    call.on = on;
    call.arg = fd.fd;
    enter(call, operation, on.subject()).fields[0] = fd.fd;
    call.enter = events.append();
    if (operation == FileOperation.CLOSE) {
      fds.closed(call.tid, fd.fd);
    }
  }

  private KvmFd fd(OpenCall call, CallText text, int argument) {
    boolean parsed = fd.parse(text.bytes, text.from(argument), text.to(argument));
    return parsed && fd.fd >= 0 ? fds.find(call.tid, fd.fd, fd.name) : null;
  }

  private void eventfd(OpenCall call, CallText text) {
    Event event = enter(call, FileOperation.EVENTFD, Subject.SYSTEM);
    event.fields[0] = value(text, 0);
    event.fields[1] = text.has(1) ? value(text, 1) : 0;
    call.enter = events.append();
  }

  private void mmap(OpenCall call, CallText text, ResultText result) {
    KvmFd on = fd(call, text, 4);
    if (on == null) {
      return;
    }
    call.on = on;
    boolean placed = result.known && !failed(result);
    long subject = on.subject();
    Event event = enter(call, FileOperation.MMAP, subject);
    event.fields[0] = placed ? result.value : value(text, 0);
    for (int i = 1; i < 6; i++) {
      event.fields[i] = i == 4 ? fd.fd : value(text, i);
    }
    call.enter = events.append();
  }

  private void munmap(OpenCall call, CallText text) {
    long address = value(text, 0);
    long length = value(text, 1);
    if (memory.unmapped(address, length)) {
      Event event = enter(call, FileOperation.MUNMAP, Subject.SYSTEM);
      event.fields[0] = address;
      event.fields[1] = length;
      call.enter = events.append();
    }
  }

  private Event enter(OpenCall call, FileOperation operation, long subject) {
    call.call = operation;
    return events.enter(operation, call.tid, call.start, subject);
  }

  /** Records the end, and what it does to fds and memory, of a call that has a result. */
  void end(OpenCall call, CallText text, ResultText result, long when, boolean timed) {
    if (call.recorded()) {
      events.returns(call.call, call.tid, when, call.enter, timed).fields[0] = result.value;
      events.append();
    }
    if (failed(result)) {
      return;
    }
    int made = (int) result.value;
    switch (call.syscall) {
      case OPEN, OPENAT -> {
        if (call.recorded()) {
          fds.opened(call.tid, made);
        } else {
          fds.closed(call.tid, made);
        }
      }
      case DUP -> duplicated(call, made);
      case FCNTL -> {
        if (call.recorded()) {
          duplicated(call, made);
        }
      }
      case EVENTFD -> fds.eventfd(call.tid, made);
      case MMAP -> mapped(call, text, result.value);
      case CLONE -> fds.cloned(call.tid, made, contains(text, CLONE_FILES));
      case FORK -> fds.cloned(call.tid, made, false);
      case IOCTL, CLOSE, MUNMAP -> {}
    }
  }

  private void duplicated(OpenCall call, int made) {
    if (call.recorded()) {
      fds.duplicated(call.tid, made, call.on);
    } else {
      fds.closed(call.tid, made);
    }
  }

  private void mapped(OpenCall call, CallText text, long address) {
    long length = value(text, 1);
    long flags = value(text, 3);
    if (call.recorded()) {
      memory.recorded(address, length);
    } else if ((flags & MAP_ANONYMOUS) != 0) {
      memory.mapped(call.tid, address, length, value(text, 2), flags);
    } else {
      memory.unmapped(address, length);
    }
  }

  private static boolean failed(ResultText result) {
    return seamtape.catalog.Errno.isError(result.value);
  }

  /** 0 for what is not a number. */
  private long value(CallText text, int argument) {
    boolean parsed = number.parse(text.bytes, text.from(argument), text.to(argument));
    return parsed ? number.value : 0;
  }

  private static boolean starts(CallText text, int argument, byte[] word) {
    int from = text.from(argument);
    return text.to(argument) - from >= word.length
        && java.util.Arrays.equals(text.bytes, from, from + word.length, word, 0, word.length);
  }

  private static boolean contains(CallText text, byte[] word) {
    for (int argument = 0; argument < text.count; argument++) {
      for (int i = text.from(argument); i <= text.to(argument) - word.length; i++) {
        if (java.util.Arrays.equals(text.bytes, i, i + word.length, word, 0, word.length)) {
          return true;
        }
      }
    }
    return false;
  }
}
