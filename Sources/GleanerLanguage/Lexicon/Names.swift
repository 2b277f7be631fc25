/// Names that are written in small letters often enough to be worth a list; others are found by their capital letter.
enum Names {
    static let all = [
        """
        india bharat hindustan pakistan bangladesh nepal america usa uk london dubai canada australia china japan germany
        delhi mumbai bombay kolkata chennai bangalore bengaluru hyderabad pune jaipur lucknow kanpur nagpur indore bhopal
        patna goa agra varanasi banaras ahmedabad surat chandigarh noida gurgaon gurugram punjab rajasthan gujarat bihar
        maharashtra kerala kashmir himachal uttarakhand ganga yamuna himalaya taj mahal
        rahul amit priya neha rohit pooja anjali vikas suresh ramesh mahesh rajesh mukesh sunita kavita anita deepak sanjay
        vijay ajay manoj vinod arjun karan rohan aryan sneha shreya divya ritu simran kiran meena sharma verma gupta singh
        kumar patel khan yadav mishra reddy shah modi gandhi nehru kohli dhoni sachin tendulkar salman shahrukh amitabh
        bachchan alia deepika akshay
        diwali holi eid navratri dussehra rakhi christmas ganesh krishna ram shiva durga lakshmi hanuman sita buddha
        paytm phonepe flipkart amazon zomato swiggy ola uber netflix hotstar jio airtel vodafone infosys tata reliance
        microsoft apple samsung xiaomi chatgpt openai gemini gleaner linkedin telegram bollywood hindi english hinglish urdu
        punjabi marathi tamil telugu bengali
        """
    ]
}
