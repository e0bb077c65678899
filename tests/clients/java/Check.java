import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Objects;

/**
 * A test framework of one page, so that nothing but the SDK is downloaded: every public method of a class that takes
 * nothing is a test; what it throws is its failure. A name on the command line selects the tests that contain it.
 */
final class Check {
    private static int passed;
    private static int failed;

    interface Action {
        void run() throws Exception;
    }

    static void run(Object suite, String wanted) {
        Method[] methods = suite.getClass().getDeclaredMethods();
        Arrays.sort(methods, Comparator.comparing(Method::getName));
        for (Method method : methods) {
            String name = suite.getClass().getSimpleName() + "." + method.getName();
            if (!Modifier.isPublic(method.getModifiers()) || method.getParameterCount() > 0 || !name.contains(wanted)) {
                continue;
            }
            Throwable problem = null;
            long start = System.nanoTime();
            try {
                method.invoke(suite);
            } catch (InvocationTargetException e) {
                problem = e.getCause();
            } catch (IllegalAccessException e) {
                problem = e;
            }
            report(name, problem, (System.nanoTime() - start) / 1_000_000);
        }
    }

    private static void report(String name, Throwable problem, long milliseconds) {
        if (problem == null) {
            passed++;
            System.out.println("ok   " + name + " (" + milliseconds + " ms)");
            return;
        }
        failed++;
        System.out.println("FAIL " + name + ": " + problem);
        Arrays.stream(problem.getStackTrace()).filter(frame -> frame.getClassName().endsWith("Tests")).limit(3)
            .forEach(frame -> System.out.println("     at " + frame));
    }

    static boolean summary() {
        System.out.println(passed + " passed, " + failed + " failed");
        return failed == 0;
    }

    static void equal(String what, Object got, Object want) {
        if (!Objects.equals(got, want)) {
            throw new AssertionError(what + ": got " + got + ", want " + want);
        }
    }

    static void holds(String what, boolean condition) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }

    /** Passes if the action throws exactly the SDK's class for this error, with a message that holds the text. */
    static <E extends Exception> E thrown(Class<E> kind, String text, Action action) {
        try {
            action.run();
        } catch (Exception e) {
            if (e.getClass() != kind) {
                throw new AssertionError("got " + e + ", want " + kind.getSimpleName(), e);
            }
            holds("message \"" + e.getMessage() + "\" lacks \"" + text + "\"", String.valueOf(e.getMessage()).contains(text));
            return kind.cast(e);
        }
        throw new AssertionError("nothing thrown, want " + kind.getSimpleName());
    }

    private Check() {
    }
}
